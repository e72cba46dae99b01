import type { TokenRecord } from '../../../sandbox/cloudflare/records.ts';
import { isRotating, type Judged } from '../../harness/judge.ts';
import { excusesIn } from '../../harness/worlds.ts';
import { TOKEN_NAMES, type Place, type TokenName } from './actions.ts';
import { resultsOf, type Prior } from './promises.ts';
import { ALL_PLACES, type Stage } from './stage.ts';

interface Refused {
  readonly name: TokenName;
  /** As it was before the run. */
  readonly token: TokenRecord | undefined;
  readonly listed: readonly Place[];
  readonly stage: Stage;
  readonly prior: Prior;
}

const RUNS_ON = ({ token, stage, prior }: Refused): boolean =>
  stage.switches.hidePreviousExpiry !== undefined || (token?.previousSecretExpiresAt ?? 0) > prior.at;

/** What must have been so of a token that a run without any fault refused to rotate. */
const CAUSES: Readonly<Record<string, (refused: Refused) => boolean>> = {
  'token-vanished': (refused) => refused.token === undefined && stores(refused).length > 0,
  'token-in-use': (refused) => refused.token?.lastSeenAt !== undefined && stores(refused).length === 0,
  'token-unmanaged': ({ token, stage, prior }) =>
    token !== undefined && (prior.peoples.has(token.id) || excusesIn(stage.switches).blind === true),
  'target-taken': (refused) =>
    stores(refused).some((place) => {
      const { owner, byHand, fitsBoth } = refused.prior.places.get(place) ?? {};
      return byHand === true || fitsBoth === true || (owner !== undefined && owner !== refused.name);
    }),
  'grace-running': RUNS_ON,
  'rotated-elsewhere': RUNS_ON,
  'application-not-found': ({ stage }) => !stage.policies.hasApplication,
  'policy-not-found': ({ stage }) => !stage.policies.hasReusable,
  'concurrent-run': ({ stage }) => stage.switches.updateReplyWithoutSecret === true,
};

/** A run that nothing befell refuses a token only for what is so of this token, whatever is wrong with another. */
export function unfounded(stage: Stage, { before, played }: Judged, prior: Prior): readonly string[] {
  const [run] = played.runs;
  if (played.befalls.length > 0 || !isRotating(run.inputs) || prior.collides) return [];
  return resultsOf(run).flatMap(({ name: given, status, problems }) => {
    const name = TOKEN_NAMES.find((one) => one === given);
    const [problem] = problems;
    if (name === undefined || status !== 'failed' || problem === undefined) return [];
    const targets = run.tokens.find((one) => one.name === name)?.targets ?? [];
    const listed = ALL_PLACES.filter((place) => targets.includes(stage.targetOf(name, place)));
    const token = before.tokens.find((one) => one.name === name);
    const isSo = CAUSES[problem.code]?.({ name, token, listed, stage, prior }) === true;
    return isSo ? [] : [`${name} was refused with ${problem.code}, and it is not so`];
  });
}

/** The listed places that stored a client secret. */
function stores({ listed, prior }: Refused): readonly Place[] {
  return listed.filter((place) => prior.places.get(place)?.stores === true);
}
