import pc from 'picocolors';

/** `00:12:41`. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** `38 s`, `12 min`, `1 h 5 min`: a duration as one says it. */
export function inWords(ms: number): string {
  if (ms < 89_500) return `${Math.max(0, Math.round(ms / 1000))} s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
}

/** `12:41` by the computer's own time zone, with the day when it is another one. */
export function moment(ms: number, now = Date.now()): string {
  const date = new Date(ms);
  const time = date.toTimeString().slice(0, 5);
  return date.toDateString() === new Date(now).toDateString()
    ? time
    : `${date.toDateString().slice(4, 10)} ${time}`;
}

/** A bar of 20 cells. */
export function bar(done: number, total: number, cells = 20): string {
  const filled = total === 0 ? cells : Math.floor((done / total) * cells);
  return '█'.repeat(filled) + '░'.repeat(cells - filled);
}

/** `1 change`, `2 changes`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? noun : plural}`;
}

/** Left text and right text on one line of `width` columns; the left gives way. */
export function spread(left: string, right: string, width = 80): string {
  const room = width - right.length - 1;
  const shown = left.length > room ? `${left.slice(0, room - 1)}…` : left;
  return shown + ' '.repeat(Math.max(1, width - shown.length - right.length)) + right;
}

/** Breaks a text into lines of at most `width` columns; the following lines get `indent`. */
export function wrap(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + word.length + 1 > width) {
        lines.push(line);
        line = indent;
      }
      line = line === '' || line === indent ? line + word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines;
}

/**
 * A label, then a text that stays within `width` columns: its following lines begin where its first one does.
 * @param joint ends each line that goes on, as ` \\` does in a shell command; without it a longer word is cut.
 */
export function hanging(label: string, text: string, width: number, joint = ''): string[] {
  const room = width - label.length;
  if (text.length <= room && !text.includes('\n')) return [label + text];
  const cut = joint === '' && room < Infinity ? new RegExp(`\\S{${room}}(?=\\S)`, 'g') : /(?!)/g;
  const lines = wrap(text.replace(cut, '$& '), room - joint.length);
  return lines.map(
    (line, index) =>
      (index === 0 ? label : ' '.repeat(label.length)) + line + (index < lines.length - 1 ? joint : ''),
  );
}

/** Colours where the terminal has them; picocolors honours NO_COLOR. */
export const paint = pc;
