import type { Bundle, BundleOutcome } from '../../bundling/bundle.ts';
import { bundleRules, discoverRuleFiles } from '../rule-files.ts';
import { RulesFolderMissingError } from '../errors.ts';
import type { DefinitionSummary, RuleProblem } from '../problem.ts';
import { type InspectionMeans, inspectBundle } from './inspect-bundle.ts';

/** What a rules folder holds at this moment. */
export interface Survey {
  /** Absent where there are problems. */
  readonly bundle?: Bundle;
  readonly definitions: readonly DefinitionSummary[];
  readonly problems: readonly RuleProblem[];
  /** Absolute paths of all files that matter to it, as far as known. */
  readonly inputs: readonly string[];
  /** Absolute paths of files that it imports and that are not there. */
  readonly missing: readonly string[];
}

/** After so many files whose top level throws, the rest need not be reported too. */
const MAX_BAD_FILES = 10;

/**
 * Finds, bundles and tries out all rule files of a folder.
 * @param good content hash of a version that was tried out before; of it no definitions are given
 */
export async function surveyFolder(means: InspectionMeans, good?: string): Promise<Survey> {
  const { rulesFolder } = means;
  try {
    const files = await discoverRuleFiles(rulesFolder);
    const outcome = await bundleRules(rulesFolder, files);
    if (outcome.bundle !== undefined && outcome.bundle.hash === good) return { ...outcome, definitions: [] };
    return await tryOut(files, outcome, means);
  } catch (error) {
    if (!(error instanceof RulesFolderMissingError)) throw error;
    return { definitions: [], problems: [{ reason: error.message }], inputs: [], missing: [] };
  }
}

async function tryOut(files: readonly string[], outcome: BundleOutcome, means: InspectionMeans): Promise<Survey> {
  const { bundle, inputs, missing } = outcome;
  if (bundle === undefined) return { definitions: [], problems: outcome.problems, inputs, missing };
  const inspection = await inspectBundle(bundle, files, means);
  if (inspection.problems.length === 0)
    return { bundle, definitions: inspection.definitions, problems: [], inputs, missing };
  const more = await problemsBehind(files, inspection.problems, means);
  return { definitions: inspection.definitions, problems: [...inspection.problems, ...more], inputs, missing };
}

/** A file whose top level throws hides what is wrong with those after it: looks at the others without it. */
async function problemsBehind(
  files: readonly string[],
  problems: readonly RuleProblem[],
  means: InspectionMeans,
): Promise<RuleProblem[]> {
  const found: RuleProblem[] = [];
  let bad = blamed(files, problems);
  let rest = files;
  for (let turn = 1; bad !== undefined && turn < MAX_BAD_FILES; turn++) {
    const without = bad;
    rest = rest.filter((file) => file !== without);
    const { bundle } = await bundleRules(means.rulesFolder, rest);
    const next = bundle === undefined ? [] : (await inspectBundle(bundle, rest, means)).problems;
    found.push(...next);
    bad = blamed(rest, next);
  }
  return found;
}

function blamed(files: readonly string[], problems: readonly RuleProblem[]): string | undefined {
  const [only, ...others] = problems;
  return only !== undefined && others.length === 0 ? files.find((file) => file === only.file) : undefined;
}
