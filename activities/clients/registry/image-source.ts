import type { Readable } from 'node:stream';
import type { Manifest } from './manifest.js';

/** One repository of images that can be copied from, wherever it lies. */
export type ImageSource = {
  /** Names it in messages. */
  name: string;
  /** A manifest by tag or digest; undefined when there is none. */
  manifest: (reference: string, signal?: AbortSignal) => Promise<Manifest | undefined>;
  openBlob: OpenBlob;
};

/** Opens a blob at a byte; the stream begins there and must be used up or destroyed. */
export type OpenBlob = (digest: string, from: number, signal?: AbortSignal) => Promise<Readable>;
