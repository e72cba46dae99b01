import type { Operation } from '../model/operation.ts';
import type { Target } from '../model/target.ts';
import { readGitHubCredentials, type GitHubCredentials } from './credentials.ts';
import type { Inputs } from './inputs.ts';
import { readSecretNames } from './names.ts';
import { namesEnvironment, namesRepository, ownRepository, readPlaces, refuseBlankPlaces } from './places.ts';
import { readTargetLines } from './targets.ts';
import type { TokenNames } from './token.ts';
import { readGitHubApiUrl } from './urls.ts';

/** The GitHub side of the settings. */
export interface Delivery {
  readonly github: { readonly credentials: GitHubCredentials | undefined; readonly apiUrl: string };
  readonly targets: readonly Target[];
  readonly targetsNamed: boolean;
}

/** What an operation does with the targets; `rotate` and `delete` cannot do without them. */
const USE_OF_TARGETS = {
  rotate: 'always',
  delete: 'always',
  check: 'with credentials',
  revoke: 'with credentials',
  renew: 'never',
  lease: 'never',
} as const satisfies Record<Operation, string>;

/** `operation` is undefined where it is wrong itself; then only the values are looked at. */
export function readDelivery(
  inputs: Inputs,
  operation: Operation | undefined,
  token: TokenNames,
): Delivery {
  const names = readSecretNames(inputs);
  const credentials = readGitHubCredentials(inputs);
  const { apiUrl, isOther } = readGitHubApiUrl(inputs);
  const listed = inputs.given('targets') !== undefined;
  const named = listed || namesRepository(inputs) || namesEnvironment(inputs);
  refuseBlankPlaces(inputs);
  if (listed) refuseBothForms(inputs);
  else if (isOther) refuseOwnRepositoryElsewhere(inputs);

  const wholeAccount = operation === 'check' && token.tokenName === undefined && token.tokenId === undefined;
  if (wholeAccount && named) {
    inputs.complain(
      'token-name',
      'not given; where a target is named, `check` needs `token-name` or `token-id`',
    );
  }
  const use = operation === undefined || wholeAccount ? 'never' : USE_OF_TARGETS[operation];
  if (operation !== undefined && credentials === undefined && (use === 'always' || named)) {
    inputs.complain(
      'github-token',
      `not given; ${use === 'always' ? `\`${operation}\`` : 'a named target'} needs it, or ` +
        "`github-app-client-id` with `github-app-private-key`; the workflow's own GITHUB_TOKEN cannot write secrets",
    );
  }
  const used = use === 'always' || (use === 'with credentials' && credentials !== undefined);
  const read = (): readonly Target[] => {
    if (!listed) return used || named ? readPlaces(inputs, names) : [];
    return readTargetLines(inputs, { names, repository: isOther ? undefined : ownRepository(inputs) });
  };
  const targets = read();
  return { github: { credentials, apiUrl }, targets: used ? targets : [], targetsNamed: named };
}

function refuseBothForms(inputs: Inputs): void {
  const beside = namesRepository(inputs)
    ? 'repository'
    : namesEnvironment(inputs)
      ? 'environment'
      : undefined;
  if (beside === undefined) return;
  inputs.complain(
    'targets',
    `given beside \`${beside}\`; accepts one of the two forms, and \`targets\` can say it all`,
  );
}

function refuseOwnRepositoryElsewhere(inputs: Inputs): void {
  if (namesRepository(inputs) || inputs.isBlank('repository')) return;
  inputs.complain(
    'github-api-url',
    "another one than the runner's, where the workflow's own repository is not; it needs `repository` or `targets`",
  );
}
