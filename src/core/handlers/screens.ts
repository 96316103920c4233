import type { Handlers } from './context.ts';

export const screenHandlers: Pick<
  Handlers,
  'draft.list' | 'draft.set' | 'screen.keys' | 'screen.setKeys'
> = {
  'draft.list': async ({ session, screens }) => {
    const drafts = await screens.drafts(session.actor);
    return {
      drafts: drafts.map(({ place, subject, text }) => ({
        ...{ place, content: text },
        ...(subject !== null && { subject }),
      })),
    };
  },

  'draft.set': async ({ session, screens }, { place, from, subject, content: text }) => {
    const { actor } = session;
    if (from !== undefined) await screens.moveDraft(actor, from, place);
    else if (text === undefined) await screens.removeDraft(actor, place);
    else await screens.keepDraft(actor, { place, subject: subject ?? null, text });
    return {};
  },

  'screen.keys': async ({ session, screens }) => {
    return { content: (await screens.screenKeys(session.actor)) ?? null };
  },

  'screen.setKeys': async ({ session, screens }, { content }) => {
    await screens.setScreenKeys(session.actor, content ?? undefined);
    return {};
  },
};
