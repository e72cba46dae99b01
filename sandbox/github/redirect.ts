import type { Reply } from './reply.ts';
import type { Call } from './route.ts';
import type { Repository } from './state.ts';

/** GitHub's redirect of a request about a repository that has another name now. */
export function moved(call: Call, { id }: Repository, status: 301 | 307 = 301, rest = ''): Reply {
  const location = `${call.api}/repositories/${id}${rest}`;
  return {
    status,
    headers: { location },
    body: {
      message: status === 301 ? 'Moved Permanently' : 'Temporary Redirect',
      url: location,
      documentation_url:
        'https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects',
    },
  };
}
