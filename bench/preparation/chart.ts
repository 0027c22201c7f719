import type { Row } from './report.js';
import { titleOf } from './situation.js';

const width = 760;
const [left, right] = [90, 150];
const [barHeight, gap, groupGap, top] = [18, 5, 38, 46];
const colours: Record<Row['peer'], string> = {
  socle: '#2f7ed8',
  script: '#8a8f98',
  pyinfra: '#c98a1b',
  ansible: '#c44e52',
};

/**
 * Bars with a logarithmic length, because the slowest takes some hundred times as long as the fastest. Read on white and on black:
 * text takes the colour of the reader's theme.
 */
export function chart(rows: readonly Row[]): string {
  const groups = [...new Set(rows.map(groupOf))];
  const longest = Math.max(1, ...rows.map(({ mostSeconds }) => mostSeconds));
  const scale = (seconds: number): number =>
    (Math.log10(1 + seconds * 10) / Math.log10(1 + longest * 10)) * (width - left - right);
  let y = top;
  const parts: string[] = [];
  for (const group of groups) {
    parts.push(text(left, y - 8, group, 'class="head"'));
    for (const row of rows.filter((each) => groupOf(each) === group)) {
      parts.push(bar(row, y, scale));
      y += barHeight + gap;
    }
    y += groupGap;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" role="img" aria-label="Time to prepare real machines, by engine">
<style>text{font:13px system-ui,sans-serif;fill:#24292f}.head{font-weight:600}.spread{stroke:#24292f}@media (prefers-color-scheme:dark){text{fill:#e6edf3}.spread{stroke:#e6edf3}}</style>
${text(left, 18, 'prepare-vms: seconds, median of the rounds; thin line: least to most; logarithmic', '')}
${parts.join('\n')}
</svg>
`;
}

function bar(row: Row, y: number, scale: (seconds: number) => number): string {
  const middle = y + barHeight / 2;
  const [from, to] = [row.leastSeconds, row.mostSeconds].map((seconds) => (left + scale(seconds)).toFixed(1));
  const ratio = row.toSocle === undefined || row.peer === 'socle' ? '' : ` (× ${row.toSocle.toFixed(1)})`;
  return [
    text(left - 8, y + 14, row.peer, 'text-anchor="end"'),
    `<rect x="${left}" y="${y}" width="${scale(row.medianSeconds).toFixed(1)}" height="${barHeight}" rx="2" fill="${colours[row.peer]}"/>`,
    `<line class="spread" x1="${from}" x2="${to}" y1="${middle}" y2="${middle}"/>`,
    text(left + scale(row.mostSeconds) + 8, y + 14, `${row.medianSeconds.toFixed(1)} s${ratio}`, ''),
  ].join('\n');
}

function groupOf(row: Row): string {
  return `${titleOf(row)}, ${row.run === 'first' ? 'first run' : 'second run, nothing to change'}`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${attributes === '' ? '' : ` ${attributes}`}>${content}</text>`;
}
