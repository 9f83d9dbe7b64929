import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { THREAD_ENTRY } from '../../rulebook/thread-entry.ts';
import { RuleThread } from '../../rulebook/threads/rule-thread.ts';
import { rulesFolder, type RulesFolder } from '../support/rules-folder.ts';

const HOUR_MS = 3_600_000;

let folder: RulesFolder;
let thread: RuleThread;
let url: string;

beforeEach(async () => {
  folder = await rulesFolder({});
  const file = join(folder.base, 'bundle.mjs');
  await writeFile(file, 'export const modules = [];');
  url = pathToFileURL(file).href;
  const silent = () => {};
  thread = new RuleThread({
    entry: THREAD_ENTRY,
    config: {},
    home: folder.home,
    rulesFolder: folder.rules,
    services: new Map(),
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    memoryMb: 64,
    loadLimitMs: 10_000,
  });
});

afterEach(async () => {
  await thread.end();
  await folder[Symbol.asyncDispose]();
});

/** Has it load a bundle that comes when it is let come. */
function loadLater() {
  let come: () => void = () => {};
  const there = new Promise<void>((resolve) => {
    come = resolve;
  });
  const locate = async () => {
    await there;
    return url;
  };
  const outcome = thread.run({ hash: 'hash', locate, task: { kind: 'inspect' }, limitMs: 1_000 });
  return { come, outcome };
}

describe('a thread whose rulebook comes late', () => {
  it('is not taken for silent meanwhile', async () => {
    const { come, outcome } = loadLater();
    thread.look(HOUR_MS);
    come();
    expect(await outcome).toMatchObject({ type: 'done', result: { kind: 'inspect' } });
  });

  it('says so where it ended meanwhile', async () => {
    const { come, outcome } = loadLater();
    await thread.end();
    come();
    expect(await outcome).toMatchObject({ type: 'died' });
  });

  it('is silent where it does nothing with it', async () => {
    await writeFile(join(folder.base, 'bundle.mjs'), 'for (;;);');
    const { come, outcome } = loadLater();
    come();
    const looking = setInterval(() => thread.look(HOUR_MS), 10);
    expect(await outcome).toMatchObject({ type: 'silent' });
    clearInterval(looking);
  });
});
