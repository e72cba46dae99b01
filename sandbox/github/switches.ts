import type { SecretPlace } from './places.ts';
import type { SecondaryLimit } from './limits.ts';

/** How the service behaves where GitHub's behavior differs by product or plan, is disputed, or is to be strained. */
export interface Switches {
  /** GitHub Enterprise Server: Actions and Dependabot secrets only, no primary rate limit unless one is set. */
  enterpriseServer: boolean;
  /** Whether a PUT of an existing environment clears the protection that its body leaves out. */
  environmentPutClears: boolean;
  /**
   * What the plan allows in private repositories: no environments, environments whose protection is a choice of
   * branches alone, or all of it.
   */
  plan: 'free' | 'team' | 'enterprise';
  /** Whether a token is given to an App that asks for a permission that does not exist; it does not get that. */
  unknownPermissions: 'refused' | 'ignored';
  /** GitHub answers a used-up hour with either. */
  primaryLimitStatus: 403 | 429;
  /** A limit on fast writes that is lower than the documented ones. */
  secondaryLimit: SecondaryLimit | undefined;
  /** Whether the documented secondary limits are enforced: points, concurrent requests, and content. */
  documentedLimits: boolean;
  /** Whether secrets, variables and environments count as content, of which less may be created. */
  changesCountAsContent: boolean;
  /** GitHub answers a request beyond a documented secondary limit with either. */
  secondaryLimitStatus: 403 | 429;
  /** How many secrets one scope may hold. */
  readonly maximumSecrets: Record<SecretPlace['kind'], number>;
  /** How many variables one scope may hold. */
  readonly maximumVariables: Record<SecretPlace['kind'], number>;
  /** Bytes of plaintext of a secret, or of a variable. */
  maximumValueBytes: number;
  /**
   * What GitHub does with a value that was sealed to another key: it refuses it, accepts it and stores an empty
   * secret, or refuses it for environments alone. Each was reported.
   */
  unopenableValues: 'refused' | 'stored-empty' | 'refused-by-environments';
  /** What GitHub does with ids of repositories beside another visibility than `selected`. */
  unusedRepositoryIds: 'ignored' | 'refused';
  /** Whether replies spell the name of a variable as it was created, instead of in upper case. */
  variableNamesKeepCase: boolean;
}

export function usualSwitches(): Switches {
  return {
    enterpriseServer: false,
    environmentPutClears: true,
    plan: 'team',
    unknownPermissions: 'refused',
    primaryLimitStatus: 403,
    secondaryLimit: undefined,
    documentedLimits: true,
    changesCountAsContent: false,
    secondaryLimitStatus: 403,
    maximumSecrets: { repository: 100, environment: 100, organization: 1000 },
    maximumVariables: { repository: 500, environment: 100, organization: 1000 },
    maximumValueBytes: 48_000,
    unopenableValues: 'refused',
    unusedRepositoryIds: 'ignored',
    variableNamesKeepCase: false,
  };
}
