// Draws the cells of a terminal as a picture in SVG.

// In pixels.
const cell = { width: 8.4, height: 18 };
const border = 14;
const background = '#14171c';
const foreground = '#d4d8de';
// The colours of xterm, a little softer.
const sixteen = [
  ...['#1d2026', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#abb2bf'],
  ...['#5c6370', '#ff7b86', '#b5e890', '#ffd68a', '#82c8ff', '#e39af7', '#7fdbe6', '#ffffff'],
];

/** @returns the screen of an xterm as a whole SVG document */
export function svgOf(terminal, title) {
  const { cols, rows } = terminal;
  const width = Math.ceil(cols * cell.width + 2 * border);
  const height = rows * cell.height + 2 * border;
  const runs = Array.from({ length: rows }, (_, row) => runsOf(terminal, row)).flat();
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<rect width="${width}" height="${height}" rx="8" fill="${background}"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" xml:space="preserve">
${runs.map(drawn).join('\n')}
</g>
</svg>
`;
}

/** The cells of a row that follow one another in one style. */
function runsOf(terminal, row) {
  const { active } = terminal.buffer;
  const line = active.getLine(active.baseY + row);
  const runs = [];
  for (let column = 0; column < terminal.cols; column++) {
    const its = line.getCell(column);
    if (its.getWidth() === 0) continue;
    const text = its.getChars() || ' ';
    const style = styleOf(its);
    const last = runs.at(-1);
    // A character that is not ASCII is placed by itself, because fonts give it another width.
    const joins = last?.style === style && /^[ -~]$/.test(text) && /^[ -~]*$/.test(last.text);
    if (joins) {
      last.text += text;
      last.columns += its.getWidth();
    } else {
      runs.push({ row, column, text, style, columns: its.getWidth() });
    }
  }
  return runs.filter(({ text, style }) => text.trim() !== '' || style.includes('reverse'));
}

function styleOf(its) {
  const colour = its.isFgDefault() ? '' : colourOf(its.getFgColor());
  const marks = {
    bold: its.isBold(),
    faint: its.isDim(),
    reverse: its.isInverse(),
    underline: its.isUnderline(),
  };
  return [colour, ...Object.keys(marks).filter((mark) => marks[mark])].join(' ');
}

function colourOf(number) {
  if (number < 16) return sixteen[number];
  if (number >= 232)
    return `rgb(${Array(3)
      .fill(8 + (number - 232) * 10)
      .join(',')})`;
  const level = (part) => [0, 95, 135, 175, 215, 255][part];
  const at = number - 16;
  return `rgb(${[Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6].map(level).join(',')})`;
}

function drawn({ row, column, text, style, columns }) {
  const [colour, ...marks] = style.split(' ');
  const x = (border + column * cell.width).toFixed(1);
  const y = border + row * cell.height;
  const isReverse = marks.includes('reverse');
  const fill = isReverse ? background : colour || foreground;
  const width = (columns * cell.width).toFixed(1);
  const box = `<rect x="${x}" y="${y}" width="${width}" height="${cell.height}" fill="${colour || foreground}"/>`;
  const attributes = [
    `x="${x}" y="${y + 13.5}" textLength="${width}" lengthAdjust="spacingAndGlyphs" fill="${fill}"`,
    ...(marks.includes('bold') ? ['font-weight="bold"'] : []),
    ...(marks.includes('faint') ? ['opacity="0.6"'] : []),
    ...(marks.includes('underline') ? ['text-decoration="underline"'] : []),
  ];
  return `${isReverse ? box : ''}<text ${attributes.join(' ')}>${escaped(text)}</text>`;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
