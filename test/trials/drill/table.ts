import { readFileSync } from 'node:fs';

/** A row of the table of nights in `docs/operations.md`: what the operator sees, and where. */
export interface Row {
  readonly night: string;
  /** Pieces of the line in the log that come in this order; none if the log says nothing. */
  readonly log: string[];
  /** The status that `/healthz` answers with; 0 if nobody answers. */
  readonly health: number;
  /** Pieces of the text of `/healthz` that come in this order. */
  readonly healthText: string[];
  /** The metrics that change, with their labels. */
  readonly metrics: string[];
  readonly alerts: string[];
}

const page = new URL('../../../docs/operations.md', import.meta.url);

/** The rows of the table whose head begins with `night`. */
export function documentedNights(): Row[] {
  const lines = readFileSync(page, 'utf8').split('\n');
  const head = lines.findIndex((line) => line.startsWith('| night |'));
  const end = lines.findIndex((line, at) => at > head && !line.startsWith('|'));
  return lines.slice(head + 2, end).map((line) => {
    const [night = '', log = '', health = '', metrics = '', alerts = ''] = line
      .replace(/^\| /, '')
      .split(' | ');
    return {
      night,
      log: pieces(quoted(log)[0] ?? ''),
      health: Number(/^\d+/.exec(health)?.[0] ?? 0),
      healthText: pieces(quoted(health)[0] ?? ''),
      metrics: quoted(metrics),
      alerts: alerts.match(/Corkboard\w+/g) ?? [],
    };
  });
}

/** Whether all pieces are in the text, one after the other. */
export function holds(text: string, wanted: readonly string[]): boolean {
  let at = 0;
  for (const piece of wanted) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return true;
}

function quoted(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text ?? '');
}

function pieces(pattern: string): string[] {
  return pattern
    .split('…')
    .map((piece) => piece.trim())
    .filter(Boolean);
}
