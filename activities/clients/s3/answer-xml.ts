import { XMLParser } from 'fast-xml-parser';

const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  // For references by number, which some services write for quotes.
  htmlEntities: true,
  isArray: (name) => name === 'Contents',
});

/** What S3 answers, as objects of text; undefined when it is no XML, such as the page of a proxy. */
export function parseAnswer(text: string): unknown {
  try {
    return parser.parse(text, true);
  } catch {
    return undefined;
  }
}
