import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Command } from 'commander';
import { count } from '../../../protocol/text/render.ts';
import type { Client } from '../../../storage/sqlite/file/connection.ts';
import { clockCheck, healthChecks, problemsOf } from '../../../storage/sqlite/file/health.ts';
import { databaseFile, openShared } from '../../../storage/sqlite/file/open.ts';
import { UserError } from '../../errors.ts';
import { type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { printResult, table } from '../../printing/output.ts';
import { Progress } from '../../printing/progress.ts';

interface Problem {
  readonly check: string;
  readonly problem: string;
}

export function dbCheckCommand(): Command {
  return databaseCommand('check', 'look for damage and inconsistent data')
    .addHelpText(
      'after',
      '\nThe exit code is 1 if there is a problem. The command may run beside a server.',
    )
    .action(check);
}

async function check(options: CommonOptions): Promise<void> {
  const file = databaseFile(options.data);
  const client = openShared(file);
  const problems = await findProblems(client).finally(() => client.close());
  printResult(options, { ok: problems.length === 0, problems }, () => described(problems));
  if (problems.length > 0) {
    throw new UserError(`${file} has ${count(problems.length, 'problem')}.`);
  }
}

async function findProblems(client: Client): Promise<Problem[]> {
  const checks = [...healthChecks, clockCheck];
  const progress = new Progress(checks.length, 'checks');
  const problems: Problem[] = [];
  for (const [done, healthCheck] of checks.entries()) {
    const found = problemsOf(healthCheck, client);
    problems.push(...found.map((problem) => ({ check: healthCheck.name, problem })));
    progress.update(done + 1);
    // The progress is written to the terminal between two checks.
    await nextTurn();
  }
  progress.stop();
  return problems;
}

function described(problems: Problem[]): string {
  if (problems.length === 0) return 'ok';
  return table(
    ['check', 'problem'],
    problems.map(({ check, problem }) => [check, problem]),
  );
}
