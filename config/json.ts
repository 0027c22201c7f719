/** A value that survives JSON unchanged. Everything that enters a plan or a history is one. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
