import { execFileSync } from 'node:child_process';

/** Builds the program once, so that tests run it as its users do. */
export default function build(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
