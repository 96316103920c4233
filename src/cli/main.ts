#!/usr/bin/env node
import { run } from './exit.ts';
import { buildProgram } from './program.ts';

process.exitCode = await run(buildProgram(), process.argv);
