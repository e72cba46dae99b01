import { countRequests, OPERATIONS } from './operations.ts';
import { table } from './table.ts';

/** How many requests each operation sends. */
export async function requests(): Promise<string> {
  const rows: string[][] = [];
  for (const operation of OPERATIONS) {
    const { cloudflare, github } = await countRequests(operation);
    rows.push([operation.name, String(cloudflare), String(github), String(cloudflare + github)]);
  }
  return table(['operation', 'Cloudflare', 'GitHub', 'in all'], rows);
}
