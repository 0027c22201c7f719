import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { certificateProblems } from '../../activities/certificates/judge.js';
import { installScript, readScript, requestScript } from '../../activities/certificates/scripts.js';
import { readRequest } from '../../config/certificates/x509.js';
import { answerTo, authorityFrom } from '../certificates-fixture.js';

/** A machine's shell, as root. */
export type RootShell = {
  run: (script: string) => Promise<{ stdout: string; stderr: string; exitCode: number }>;
  /** A folder that is this suite's alone. */
  folder: string;
  /** A unit that runs and can be told to read its configuration again. */
  unit: string;
  /** How often that unit read it again. */
  reloads: () => number;
  close: () => Promise<void>;
};

const openssl = (words: string): string => `openssl ${words} 2>/dev/null`;
const newKey = 'genpkey -algorithm EC -pkeyopt ec_paramgen_curve';

/** What the scripts of a server's certificate, and what they are made of, do on any machine. */
export function certificateScriptsContract(name: string, open: () => Promise<RootShell>): void {
  describe(`certificates on ${name}`, () => {
    let shell: RootShell;
    let folder: string;
    beforeAll(async () => {
      shell = await open();
      folder = `${shell.folder}/tls`;
    });
    afterAll(() => shell.close());
    beforeEach(() => succeed(`rm -rf ${folder} ${shell.folder}/work && mkdir -p ${shell.folder}/work`));

    const inWork = (script: string): string => `cd ${shell.folder}/work\n${script}`;
    const succeed = async (script: string): Promise<string> => {
      const ran = await shell.run(script);
      expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
      return ran.stdout;
    };
    const statusOf = async (line: string): Promise<number> => (await shell.run(inWork(line))).exitCode;
    const wanted = () => ({
      name: 'vault-1',
      names: ['vault-1.site-a.example.org', 'vault.site-a.example.org'],
      addresses: ['10.10.0.21', '127.0.0.1'],
      units: [shell.unit],
    });
    const request = (): Promise<string> => succeed(requestScript(wanted(), folder));
    const install = async (chain: string): Promise<string> => succeed(installScript(wanted(), chain, folder));
    const problems = async (): Promise<string[]> => {
      const { root } = await authorityFrom('11');
      return certificateProblems(wanted(), await succeed(readScript('vault-1', folder)), root, new Date());
    };

    test('a key is made, signed and served from one file, and its unit reads it again', async () => {
      expect(await problems()).toEqual(['missing']);
      const before = shell.reloads();
      await install(answerTo(await request(), await authorityFrom('11'), wanted()));
      expect(await problems()).toEqual([]);
      expect(shell.reloads()).toBe(before + 1);
      expect(await succeed(`ls ${folder}`)).toBe('vault-1.pem\n');
      expect(await succeed(`grep -e ----- ${folder}/vault-1.pem`)).toBe(
        ['BEGIN PRIVATE KEY', 'END PRIVATE KEY', 'BEGIN CERTIFICATE', 'END CERTIFICATE', '']
          .map((words) => words && `-----${words}-----`)
          .join('\n'),
      );
    });

    test('the key that waits for its certificate is root’s alone, and a repeated request is for it', async () => {
      const first = readRequest(await request());
      expect(await succeed(`stat -c %a ${folder}/vault-1.pem.key`)).toBe('600\n');
      expect(readRequest(await request())).toEqual(first);
      expect(first.subject.includes('vault-1')).toBe(true);
    });

    test('a key that was cut off is made anew', async () => {
      const { publicKey } = readRequest(await request());
      await succeed(`cd ${folder} && head -n 2 vault-1.pem.key >cut && cp cut vault-1.pem.key`);
      expect(readRequest(await request()).publicKey).not.toEqual(publicKey);
    });

    test('a chain for the key of another attempt is refused and leaves what was there', async () => {
      const authority = await authorityFrom('11');
      await install(answerTo(await request(), authority, wanted()));
      const before = await succeed(`cat ${folder}/vault-1.pem`);
      const forFirst = answerTo(await request(), authority, wanted());
      await succeed(`rm ${folder}/vault-1.pem.key`);
      await request();
      expect(await shell.run(installScript(wanted(), forFirst, folder))).toMatchObject({
        exitCode: 1,
        stderr: 'the certificate is for the key of another attempt\n',
      });
      expect(await succeed(`cat ${folder}/vault-1.pem`)).toBe(before);
      expect(await succeed(`ls ${folder}`)).toBe('vault-1.pem\nvault-1.pem.key\n');
    });

    test('a certificate beside another key is found', async () => {
      await install(answerTo(await request(), await authorityFrom('11'), wanted()));
      await succeed(`cd ${folder} && sed -n '/BEGIN CERT/,$p' vault-1.pem >chain
${openssl(`${newKey}:P-256 -out other`)}
cat other chain >vault-1.pem && chmod 640 vault-1.pem`);
      expect(await problems()).toEqual(['the private key in the file is not for the certificate']);
    });

    test('keys of both curves and certificates are read from files that hold more', async () => {
      const [p256, p384] = await Promise.all(
        ['P-256', 'P-384'].map((curve) =>
          succeed(
            inWork(`${openssl(`${newKey}:${curve} -out ${curve}`)}
openssl pkey -in ${curve} -pubout`),
          ),
        ),
      );
      expect(p256).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
      expect(p384!.length).toBeGreaterThan(p256!.length);
      await install(answerTo(await request(), await authorityFrom('11'), wanted()));
      const file = `${folder}/vault-1.pem`;
      expect(await succeed(`openssl x509 -in ${file} -noout -pubkey`)).toBe(
        await succeed(`openssl pkey -in ${file} -pubout`),
      );
      expect(await succeed(`openssl pkey -in ${file} -noout`)).toBe('');
    });

    test.each([
      'pkey -in none -noout',
      'pkey -in text -pubout',
      'pkey -in key -pubout more',
      'pkey -in key -no-such-option',
      'genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-999',
      'genpkey -algorithm NONE -pkeyopt ec_paramgen_curve:P-256',
      `${newKey}:P-256 -out none/key`,
      'req -new -key none -subj /CN=a',
      'req -new -key key -subj CN=a',
      `req -new -key key -subj /CN=${'a'.repeat(65)}`,
      'x509 -in none -noout -pubkey',
      'x509 -in key -noout -pubkey',
      'strange',
    ])('openssl %s fails and says why', async (words) => {
      await succeed(inWork(`${openssl(`${newKey}:P-256 -out key`)} && echo text >text`));
      const { exitCode, stdout, stderr } = await shell.run(inWork(`openssl ${words}`));
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
      expect(stderr).not.toBe('');
    });

    test('a mask ends with the subshell that set it, whatever that ends with', async () => {
      const script = `: >before
(umask 077 && : >in && mkdir -p deep/er && sh -c ": >$PWD/nested") >output
(umask 027; cat - >from) <<END
$PWD
END
if (umask 077; false); then exit 9; fi
(umask 077; exit 3) || echo "status $?"
: >after
cat from
echo again >from
stat -c '%n %a' before in deep deep/er nested output from after
umask
`;
      expect((await succeed(inWork(script))).split('\n')).toEqual([
        'status 3',
        `${shell.folder}/work`,
        ...['before 644', 'in 600', 'deep 700', 'deep/er 700', 'nested 600', 'output 644'],
        ...['from 640', 'after 644', '0022', ''],
      ]);
    });

    test('what is not there cannot be brought to the disk', async () => {
      expect(await statusOf('sync -f .')).toBe(0);
      expect(await statusOf('sync -f none')).toBe(1);
      expect(await statusOf('sync --no-such-option')).toBe(1);
    });
  });
}
