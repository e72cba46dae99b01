import type { App, Target } from '../../model/target.ts';
import type { HelpUrl } from '../help.ts';
import { code } from './markdown.ts';

const APP_NAMES: Readonly<Record<App, string>> = {
  actions: 'Actions',
  dependabot: 'Dependabot',
  codespaces: 'Codespaces',
  agents: 'Agents',
};

/** The code of an error as a link to the page that explains it, if that is known. */
export function codeLink(problemCode: string, helpUrl: HelpUrl): string {
  const url = helpUrl(problemCode);
  return url === undefined ? code(problemCode) : `[${code(problemCode)}](${url})`;
}

/** A target with its names as code. */
export function targetCode({ place }: Target): string {
  const app = place.app === 'actions' ? '' : ` (${APP_NAMES[place.app]})`;
  switch (place.kind) {
    case 'repository':
      return `${code(`${place.owner}/${place.repository}`)}${app}`;
    case 'environment':
      return `${code(`${place.owner}/${place.repository}`)}, environment ${code(place.environment)}`;
    case 'organization':
      return `organization ${code(place.organization)}${app}`;
  }
}
