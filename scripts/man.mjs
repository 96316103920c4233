// Writes man/corkboard.1 from the built program: see `npm run man`.
import { writeFileSync } from 'node:fs';
import { manPage } from '../dist/cli/man.js';
import { buildProgram } from '../dist/cli/program.js';
import { programVersion } from '../dist/cli/version.js';

const page = manPage(await buildProgram(), programVersion());
writeFileSync(new URL('../man/corkboard.1', import.meta.url), page);
