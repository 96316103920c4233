#!/usr/bin/env node
import { run } from './exit.ts';
import { buildProgram } from './program.ts';

process.exitCode = await run(await buildProgram(process.argv[2]), process.argv);
