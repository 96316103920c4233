import type { Call, Membership, Result } from '../schemas.ts';

/** The direct conversations of the user, page by page. There is one page at least. */
export async function* conversations(call: Call): AsyncGenerator<Membership[]> {
  for (let after: number | undefined = 0; after !== undefined; ) {
    const page: Result<'direct.list'> = await call('direct.list', { after });
    yield page.conversations;
    after = page.next;
  }
}
