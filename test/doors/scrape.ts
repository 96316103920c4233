import { readFileSync } from 'node:fs';

/** What a board tells at /metrics: the value of each series under its name and labels. */
export async function scrape(url: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

/** What a board says of its health. */
export async function askHealth(url: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`${url}/healthz`);
  return { status: response.status, text: await response.text() };
}

/** The metrics that docs/operations.md has a row for. */
export function documented(): string[] {
  const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  return [...page.matchAll(/^\| `(corkboard_\w+)`/gm)].map(([, name]) => name ?? '');
}
