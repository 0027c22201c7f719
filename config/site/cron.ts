/** A field of a cron schedule: lists, ranges and steps of `value`. */
function field(value: string): string {
  const part = `(\\*|${value}(-${value})?)(/[1-9]\\d?)?`;
  return `${part}(,${part})*`;
}

const months = 'JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC';
const days = 'SUN|MON|TUE|WED|THU|FRI|SAT';

/** Five fields: minute, hour, day of the month, month, day of the week. What it lets through a Temporal schedule takes. */
export const cronPattern = new RegExp(
  `^${[
    field('[0-5]?\\d'),
    field('([01]?\\d|2[0-3])'),
    field('(0?[1-9]|[12]\\d|3[01])'),
    field(`(0?[1-9]|1[0-2]|${months})`),
    field(`([0-7]|${days})`),
  ].join(' ')}$`,
);
