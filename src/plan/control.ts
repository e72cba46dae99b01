import type { Control } from '../access/login-check.ts';
import type { Journal } from '../apply/journal.ts';
import { Problem } from '../model/problem.ts';
import type { Settings } from '../settings/settings.ts';

/** The operations that look at the verify URL. */
export const VERIFYING: readonly Settings['operation'][] = ['rotate', 'check', 'lease'];

/**
 * Says what a request without credentials showed of the verify URL.
 * @throws Problem for a URL that lets everyone in: it proves nothing of a secret
 */
export function judgeControl(
  control: Control | undefined,
  { operation }: Pick<Settings, 'operation'>,
  journal: Journal,
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
      if (!journal.warnings.includes(warning)) journal.warnings.push(warning);
      return;
    }
    case 'protected':
      if (operation === 'check') journal.notices.push(`verify-url is protected by Access: ${control.how}.`);
  }
}
