// Writes docs/openrpc.json from the schemas of the built program: see `npm run openrpc`.
import { writeFileSync } from 'node:fs';
import { programVersion } from '../dist/cli/version.js';
import { openRpcDocument } from '../dist/protocol/jsonrpc/openrpc.js';

const document = JSON.stringify(openRpcDocument(programVersion()), null, 2);
writeFileSync(new URL('../docs/openrpc.json', import.meta.url), `${document}\n`);
