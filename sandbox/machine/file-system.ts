import { InMemoryFs } from 'just-bash';

export type Owner = { user: string; group: string };

/** One file, folder or link as it is kept on disk between starts of the sandbox. */
export type StoredEntry = {
  path: string;
  mode: number;
  content?: string;
  target?: string;
  owner?: Owner;
  /** When it was last written, in milliseconds since 1970. */
  modified?: number;
};

const root: Owner = { user: 'root', group: 'root' };

/** A machine's files: just-bash's file system with owners, and with a mark when something was written. */
export class MachineFiles extends InMemoryFs {
  readonly owners = new Map<string, Owner>();
  /** Paths written since the last `takeWritten`. */
  private written = new Set<string>();

  ownerOf(path: string): Owner {
    return this.owners.get(path) ?? root;
  }

  setOwner(path: string, owner: Partial<Owner>): void {
    this.owners.set(path, { ...this.ownerOf(path), ...owner });
    this.written.add(path);
  }

  takeWritten(): string[] {
    const paths = [...this.written];
    this.written.clear();
    return paths;
  }

  /** A file that is there keeps its mode, which just-bash forgets. */
  override async writeFile(...args: Parameters<InMemoryFs['writeFile']>): Promise<void> {
    const [path] = args;
    const before = (await this.exists(path)) ? await this.lstat(path) : undefined;
    this.written.add(path);
    await super.writeFile(...args);
    if (before?.isFile) await super.chmod(path, before.mode);
  }

  override async appendFile(...args: Parameters<InMemoryFs['appendFile']>): Promise<void> {
    this.written.add(args[0]);
    return super.appendFile(...args);
  }

  /** What a running program writes: no effect of whichever command line happens to run meanwhile. */
  async writeAsProgram(path: string, content: string | Uint8Array): Promise<void> {
    await super.writeFile(path, content);
  }

  async makeFolderAsProgram(path: string): Promise<void> {
    await super.mkdir(path, { recursive: true });
  }

  /** Removes a file, or a folder with nothing in it; nothing happens when there is none. */
  async removeAsProgram(path: string): Promise<void> {
    await super.rm(path, { force: true });
    this.owners.delete(path);
  }

  async appendAsProgram(path: string, content: string): Promise<void> {
    await super.appendFile(path, content);
  }

  override async mkdir(...args: Parameters<InMemoryFs['mkdir']>): Promise<void> {
    this.written.add(args[0]);
    return super.mkdir(...args);
  }

  override async rm(...args: Parameters<InMemoryFs['rm']>): Promise<void> {
    this.written.add(args[0]);
    await super.rm(...args);
    for (const path of this.owners.keys())
      if (path === args[0] || path.startsWith(`${args[0]}/`)) this.owners.delete(path);
  }

  override async mv(source: string, destination: string): Promise<void> {
    const owner = this.owners.get(source);
    this.written.add(source).add(destination);
    await super.mv(source, destination);
    this.owners.delete(source);
    if (owner) this.owners.set(destination, owner);
    else this.owners.delete(destination);
  }

  override async chmod(...args: Parameters<InMemoryFs['chmod']>): Promise<void> {
    this.written.add(args[0]);
    return super.chmod(...args);
  }

  override async symlink(target: string, path: string): Promise<void> {
    this.written.add(path);
    return super.symlink(target, path);
  }

  /** The text of a file; undefined when there is none. */
  async text(path: string): Promise<string | undefined> {
    return (await this.exists(path)) ? this.readFile(path) : undefined;
  }

  /** Every entry below the given folders (or all), as `load` takes them. Device and kernel paths are not files. */
  async store(): Promise<StoredEntry[]> {
    const entries: StoredEntry[] = [];
    for (const path of this.getAllPaths().sort()) {
      if (/^\/(dev|proc\/self|bin|usr\/bin)(\/|$)/.test(path) || path === '/') continue;
      const stat = await this.lstat(path);
      const owner = this.owners.get(path);
      const modified = stat.mtime.getTime();
      const common = { path, mode: stat.mode, modified, ...(owner && { owner }) };
      if (stat.isSymbolicLink) entries.push({ ...common, target: await this.readlink(path) });
      else if (stat.isDirectory) entries.push(common);
      else
        entries.push({ ...common, content: Buffer.from(await this.readFileBuffer(path)).toString('base64') });
    }
    return entries;
  }

  async load(entries: readonly StoredEntry[]): Promise<void> {
    for (const { path, mode, content, target, owner, modified } of entries) {
      if (target !== undefined) await super.symlink(target, path);
      else if (content !== undefined) await super.writeFile(path, Buffer.from(content, 'base64'));
      else await super.mkdir(path, { recursive: true });
      if (target === undefined) await super.chmod(path, mode);
      if (target === undefined && modified !== undefined)
        await super.utimes(path, new Date(modified), new Date(modified));
      if (owner) this.owners.set(path, owner);
    }
    this.written.clear();
  }
}
