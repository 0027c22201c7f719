import { loadSite } from '../../config/load.js';

/**
 * The site that a person means: its name, the id of one of its runs, or the file that they deployed.
 * @throws UserError when that file cannot be read.
 */
export async function siteNamed(word: string): Promise<string> {
  return /\.ya?ml$/.test(word) ? (await loadSite(word)).name : word;
}
