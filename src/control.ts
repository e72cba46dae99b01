import type { Control } from './cloudflare/access-probe.ts';
import type { Ledger } from './ledger.ts';
import { Problem } from './problem.ts';
import type { Settings } from './settings.ts';

/** The operations that look at the verify URL. */
export const VERIFYING: readonly Settings['operation'][] = ['rotate', 'check', 'lease'];

/**
 * Says what a request without credentials showed of the verify URL.
 * @throws Problem for a URL that lets everyone in: it proves nothing of a secret
 */
export function judgeControl(
  control: Control | undefined,
  { operation }: Pick<Settings, 'operation'>,
  ledger: Ledger,
): void {
  switch (control?.kind) {
    case undefined:
      return;
    case 'unprotected':
      throw new Problem(
        'verify-url-unprotected',
        `verify-url lets in a request without credentials (${control.seen}), so that it proves nothing of a secret.`,
        'Give a URL that is behind Cloudflare Access, or leave verify-url out; nothing was changed.',
      );
    case 'undecided': {
      const warning = `Whether verify-url is protected by Access could not be seen: ${control.seen}.`;
      if (!ledger.warnings.includes(warning)) ledger.warnings.push(warning);
      return;
    }
    case 'protected':
      if (operation === 'check') ledger.notices.push(`verify-url is protected by Access: ${control.how}.`);
  }
}
