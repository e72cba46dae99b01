import type { AdmissionLine } from '../model/admission.ts';
import { listOf, quote, type Spot, type Value } from './complaints.ts';
import { UNSEEN } from './names.ts';
import { didYouMean } from './suggestions.ts';
import type { Line } from './target-lines.ts';

export const ADMISSION_KINDS = ['application', 'policy'] as const;
type Kind = AdmissionLine['kind'];

/** One line of `admit-to` with the place where it was written. */
export interface LocatedAdmission {
  readonly line: AdmissionLine;
  readonly spot: Spot;
}

/** The lines of `admit-to`: `application=<domain, name or ID>` or `policy=<name or ID>`, one per line. */
export function readAdmissionLines(whole: Spot, lines: readonly Line[]): readonly LocatedAdmission[] {
  const written = lines.filter(({ text }) => !text.startsWith('#'));
  if (written.length === 0) whole.complain('holds comments alone; accepts at least one line');
  const accepts = '`application=` with a domain, name or ID, or `policy=` with a name or ID';
  return withoutRepeated(
    written.flatMap(({ text, spot }) => {
      const end = text.indexOf('=');
      if (end < 0) {
        spot.refuse(quote(text), accepts);
        return [];
      }
      const name = text.slice(0, end).trim();
      const kind = ADMISSION_KINDS.find((known) => known === name);
      if (kind === undefined) {
        spot.refuse(`the key ${quote(name)}${didYouMean(name, ADMISSION_KINDS)}`, listOf(ADMISSION_KINDS));
        return [];
      }
      return readAdmission(kind, { text: text.slice(end + 1).trim(), spot });
    }),
  );
}

/** One application or policy, none if it is refused. */
export function readAdmission(kind: Kind, { text, spot }: Value): readonly LocatedAdmission[] {
  if (text === '') {
    spot.complain(`\`${kind}\` has no value; accepts ${acceptsOf(kind)}`);
  } else if (UNSEEN.test(text)) {
    spot.refuse(quote(text), `${acceptsOf(kind)}, without line breaks and control characters`);
  } else if (kind === 'application' && /^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    spot.refuse(
      text.includes('@') ? 'a URL with an `@` in it' : quote(text),
      `${acceptsOf(kind)}, not a URL`,
    );
  } else {
    return [{ line: { kind, value: text }, spot }];
  }
  return [];
}

function acceptsOf(kind: Kind): string {
  return kind === 'application'
    ? 'the domain of an application (with its path), its name or ID'
    : 'the name or ID of a reusable policy';
}

/** Notes every line that says the same as an earlier one. */
export function withoutRepeated(lines: readonly LocatedAdmission[]): readonly LocatedAdmission[] {
  const seen = new Set<string>();
  return lines.filter(({ line, spot }) => {
    const key = JSON.stringify([line.kind, line.value]);
    if (seen.has(key)) spot.complain(`names the ${line.kind} ${quote(line.value)} twice; accepts it once`);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}
