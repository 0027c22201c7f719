import type { RunView } from './view.js';

/** Where a watched run is shown: a picture that is drawn anew, or a line for each thing that happened. */
export type Screen = {
  show: (view: RunView) => void;
  /** The server does not answer. */
  away: () => void;
  /** Something to say beside the run. */
  note: (text: string) => void;
  /** Shows again what is known. */
  redraw: () => void;
  end: () => void;
};
