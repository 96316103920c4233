/** The colour of a name or a word. A number is the colour that belongs to a text: see `ownColour`. */
export type Colour = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | number;

export interface CellStyle {
  readonly colour?: Colour;
  readonly bold?: true;
  readonly faint?: true;
  readonly reverse?: true;
  readonly underline?: true;
  /** An `http` or `https` address that the terminal opens when the cell is clicked. Others are ignored. */
  readonly link?: string;
}

/** What one column of a row shows. */
export interface Cell {
  /** A grapheme cluster; empty for the second column of a wide cluster. */
  readonly cluster: string;
  /** In columns: 1, 2, or 0 for the second column of a wide cluster. */
  readonly width: number;
  readonly style: CellStyle;
}

export const plain: CellStyle = {};

// A cell is a number: a code point, or the place of a cluster in a table, and the width of the cluster.
const isListed = 1 << 21;
const contentMask = (1 << 22) - 1;
const widthShift = 22;

/** The number of an empty cell. */
export const blank = 0x20 | (1 << widthShift);

/** Clusters of several code points, and styles, under small numbers: a cell is then six bytes. */
export class CellTables {
  private clusters: string[] = [];
  private placeOfCluster = new Map<string, number>();
  private styles: CellStyle[] = [plain];
  private placeOfStyle = new Map<string, number>([[keyOf(plain), 0]]);
  /** The style that was asked for last, because most cells in a row have the same. */
  private last: CellStyle = plain;
  private lastPlace = 0;

  /** Number of clusters and styles in the tables. Whoever draws clears them once there are too many. */
  get size(): number {
    return this.clusters.length + this.styles.length;
  }

  /** Forgets everything. The cells that were made before mean nothing then. */
  clear(): void {
    this.clusters = [];
    this.placeOfCluster = new Map();
    this.styles = [plain];
    this.placeOfStyle = new Map([[keyOf(plain), 0]]);
    this.last = plain;
    this.lastPlace = 0;
  }

  cell(cluster: string, width: number): number {
    return this.content(cluster) | (width << widthShift);
  }

  cluster(cell: number): string {
    const content = cell & contentMask;
    if (content === 0) return '';
    if ((content & isListed) === 0) return String.fromCodePoint(content);
    return this.clusters[content & ~isListed] ?? '';
  }

  /** At most 65,536 styles: a surface of the largest size has fewer cells. */
  styleNumber(style: CellStyle): number {
    if (style === this.last) return this.lastPlace;
    const key = keyOf(style);
    let place = this.placeOfStyle.get(key);
    if (place === undefined) {
      place = this.styles.length;
      this.styles.push(style);
      this.placeOfStyle.set(key, place);
    }
    this.last = style;
    this.lastPlace = place;
    return place;
  }

  style(number: number): CellStyle {
    return this.styles[number] ?? plain;
  }

  private content(cluster: string): number {
    const code = cluster.codePointAt(0) ?? 0;
    if (cluster.length === (code > 0xffff ? 2 : 1)) return code;
    let place = this.placeOfCluster.get(cluster);
    if (place === undefined) {
      place = this.clusters.length;
      this.clusters.push(cluster);
      this.placeOfCluster.set(cluster, place);
    }
    return place | isListed;
  }
}

/** In columns; 0 for the second column of a wide cluster. */
export function widthOf(cell: number): number {
  return cell >> widthShift;
}

/** Whether every terminal shows the cell in the same way, so that the cursor is known to be after it. */
export function isAscii(cell: number): boolean {
  return (cell & contentMask) < 0x7f;
}

function keyOf({ colour, bold, faint, reverse, underline, link }: CellStyle): string {
  return `${colour ?? ''} ${bold ? 'b' : ''}${faint ? 'f' : ''}${reverse ? 'r' : ''}${underline ? 'u' : ''} ${link ?? ''}`;
}
