import { normalized } from '../../protocol/unicode.ts';
import { palette16, palette256 } from '../../terminal/colours.ts';
import type { CellStyle, Colour } from './cells.ts';
import { sizedClusters } from './clusters.ts';

/** Bits of a colour that the terminal shows: 1 for no colours. */
export type ColourDepth = 1 | 4 | 8;

const named: Readonly<Record<Exclude<Colour, number>, string>> = {
  red: '31',
  green: '32',
  yellow: '33',
  blue: '34',
  magenta: '35',
  cyan: '36',
};

/** The sequence SGR (ECMA-48, 8.3.117) that sets a style, whatever was set before. */
export function sgr({ colour, bold, faint, reverse, underline }: CellStyle, depth: ColourDepth) {
  let codes = '';
  if (bold) codes += ';1';
  if (faint) codes += ';2';
  if (underline) codes += ';4';
  if (reverse) codes += ';7';
  if (colour !== undefined && depth > 1) codes += `;${colourCode(colour, depth)}`;
  return `\x1b[0${codes}m`;
}

function colourCode(colour: Colour, depth: ColourDepth): string {
  if (typeof colour === 'string') return named[colour];
  const palette = depth === 8 ? palette256 : palette16;
  return palette[colour % palette.length] ?? '39';
}

// Longer addresses are shown as text alone, in UTF-16 code units.
const linkUnits = 2048;
const address = /^https?:\/\/[\x21-\x7e]+$/i;

/** The sequence OSC 8 that begins a link to an address, or ends one if there is none that may be sent. */
export function hyperlink(link: string | undefined): string {
  return `\x1b]8;;${isAddress(link) ? link : ''}\x1b\\`;
}

/** Whether the terminal is given the address of a link. */
export function isAddress(link: string | undefined): link is string {
  return link !== undefined && link.length <= linkUnits && address.test(link);
}

const asciiOf: Readonly<Record<string, string>> = {
  '─': '-',
  '━': '=',
  '│': '|',
  '┌': '+',
  '┐': '+',
  '└': '`',
  '┘': '+',
  '├': '+',
  '┤': '+',
  '┬': '+',
  '┴': '+',
  '┼': '+',
  '●': '*',
  '○': 'o',
  '▸': '>',
  '▾': 'v',
  '▼': 'v',
  '▲': '^',
  '▶': '>',
  '→': '>',
  '←': '<',
  '↑': '^',
  '↓': 'v',
  '↩': '<',
  '…': '~',
  '·': '-',
  '•': '*',
  '✉': '@',
  '✓': 'x',
  '█': '#',
  '░': ':',
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
  '–': '-',
  '—': '-',
};

/** What a terminal without UTF-8 shows of a cluster: lines of ASCII, letters without accents, or question marks. */
export function asciiForm(cluster: string, width: number): string {
  if (cluster.length === 1 && cluster <= '~') return cluster;
  const known = asciiOf[cluster];
  if (known !== undefined) return known.padEnd(width);
  const letter = normalized(cluster, 'NFKD').replace(/\p{M}/gu, '');
  return /^[\x20-\x7e]$/.test(letter) ? letter.padEnd(width) : '?'.repeat(width);
}

/** A line as a terminal without UTF-8 shows it. */
export function asciiText(text: string): string {
  let line = '';
  for (const [cluster, width] of sizedClusters(text)) line += asciiForm(cluster, width);
  return line;
}
