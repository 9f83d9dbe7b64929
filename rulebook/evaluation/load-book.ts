import type { Context } from '../authoring/context.ts';
import { LOADING_MARK } from '../../bundling/entry-plugin.ts';
import type { DefinitionSummary, RuleProblem } from '../problem.ts';
import { type Book, createBook } from './book.ts';
import { type BundleModules, type Defined, collectDefinitions, summaryOf } from './collect-definitions.ts';
import { type CodePlaces, faultPosition, words } from '../../bundling/fault-text.ts';
import { Phase, type Progress } from '../../bundling/thread-progress.ts';

/** A rulebook version as a thread has loaded it. */
export interface LoadedBook {
  readonly book: Book;
  readonly definitions: readonly DefinitionSummary[];
  readonly problems: readonly RuleProblem[];
}

/** Thrown when the top level of a rulebook's file throws. */
export class UnloadableBookError extends Error {
  override readonly name = 'UnloadableBookError';
  readonly problem: RuleProblem;

  constructor(problem: RuleProblem, cause: unknown) {
    super(problem.reason, { cause });
    this.problem = problem;
  }
}

/**
 * Loads the bundle at a URL and gathers its definitions.
 * @throws UnloadableBookError
 */
export async function loadBook(
  url: string,
  progress: Progress,
  places: CodePlaces,
  contextFor: (defined: Defined) => Context,
): Promise<LoadedBook> {
  const modules = await importBundle(url, progress, places);
  const { definitions, problems } = collectDefinitions(modules);
  return { book: createBook(definitions, contextFor), definitions: definitions.map(summaryOf), problems };
}

async function importBundle(url: string, progress: Progress, places: CodePlaces): Promise<BundleModules> {
  let file: string | undefined;
  Reflect.set(globalThis, LOADING_MARK, (index: number, name: string) => {
    file = name;
    progress.enter(Phase.LOADING, index);
  });
  try {
    progress.enter(Phase.LOADING);
    const { modules }: { modules: BundleModules } = await import(url);
    return modules;
  } catch (fault) {
    const where = faultPosition(fault, places);
    const problem = { ...(file === undefined ? {} : { file }), ...ownPart(where), reason: words(fault) };
    throw new UnloadableBookError(problem, fault);
  } finally {
    progress.enter(Phase.OWN);
  }
}

// A throw inside a package is reported where the rule file's own code led there: the file alone.
function ownPart(where: { file: string; line: number; column: number } | undefined): Partial<RuleProblem> {
  return where === undefined || where.file.includes('node_modules/') ? {} : where;
}
