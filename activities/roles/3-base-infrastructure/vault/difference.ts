/** One thing of a running Vault that is not as wanted, and what makes it so. */
export type Difference = { what: string; apply: () => Promise<void> };
