import { traitsOf } from '../model/operation.ts';
import { readAdmissionLines } from './admission.ts';
import type { InputName, Inputs } from './inputs.ts';
import { readPlaces, refuseBlankPlaces } from './places.ts';
import { readTargetLines, type Line } from './target-lines.ts';
import { readToken, usesTargets, type Step, type TokenRead, type TokenSource } from './token-settings.ts';

/** The one token that the inputs describe. */
export function readInputToken(inputs: Inputs, step: Step): TokenRead {
  const { operation } = step;
  const needsToken = operation !== undefined && traitsOf(operation).needsToken;
  if (needsToken && inputs.given('token-name') === undefined && inputs.given('token-id') === undefined) {
    inputs.spot('token-name').complain(`not given; \`${operation}\` needs \`token-name\` or \`token-id\``);
  }
  if (operation === 'revoke' && inputs.isChosen('admit-to') && !inputs.isChosen('end-sessions')) {
    inputs.spot('admit-to').complain('does not go with `revoke`, unless `end-sessions` is `true`');
  }
  const looksAtTargets = operation === undefined || traitsOf(operation).targets !== 'never';
  const listed = inputs.isChosen('targets');
  const named = looksAtTargets && (listed || inputs.isChosen('repository') || inputs.isChosen('environment'));
  if (looksAtTargets) refusePlaces(inputs, step, listed);
  const source: TokenSource = {
    value: (input) => inputs.value(input),
    spot: (input) => inputs.spot(input),
    targets: (defaults) => {
      if (!named && !usesTargets(step)) return [];
      return listed && looksAtTargets
        ? readTargetLines(inputs.spot('targets'), linesOfInput(inputs, 'targets'), defaults)
        : readPlaces(inputs, defaults);
    },
    targetsNamed: named,
    admissions: () =>
      inputs.isChosen('admit-to')
        ? readAdmissionLines(inputs.spot('admit-to'), linesOfInput(inputs, 'admit-to'))
        : [],
  };
  return readToken(source, step);
}

function linesOfInput(inputs: Inputs, name: InputName): readonly Line[] {
  return inputs.lines(name).map(({ number, text }) => ({
    text,
    spot: inputs.spot(name, `, line ${number}`),
    label: `line ${number}`,
  }));
}

function refusePlaces(inputs: Inputs, { isOtherGitHub }: Step, listed: boolean): void {
  refuseBlankPlaces(inputs);
  const beside = (['repository', 'environment'] as const).find((name) => inputs.isChosen(name));
  if (listed && beside !== undefined) {
    inputs
      .spot('targets')
      .complain(`given beside \`${beside}\`; accepts one of the two forms, and \`targets\` can say it all`);
  }
  if (isOtherGitHub && !listed && !inputs.isChosen('repository') && !inputs.isBlank('repository')) {
    inputs
      .spot('github-api-url')
      .complain(
        "another one than the runner's, where the workflow's own repository is not; it needs `repository` or `targets`",
      );
  }
}
