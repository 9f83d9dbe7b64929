// Counts what jest's report says: "<passed> <failed>". A file that could not be run at all counts as one failure.
import { readFileSync } from 'node:fs';

const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
console.log(`${numPassedTests} ${numFailedTests + numRuntimeErrorTestSuites}`);
