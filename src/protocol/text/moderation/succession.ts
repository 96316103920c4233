import type { Result } from '../../schemas.ts';
import { info } from '../render.ts';
import type { Style } from '../style.ts';

/**
 * What becomes of a group if its owner leaves it, as sentences with a space after them. '' if the user does not own it.
 * @param shown what the board says of the group to the user
 */
export function ownerWarning(shown: Result<'group.show'>): string {
  const { group, role, members, moderators } = shown;
  if (role !== 'owner') return '';
  const [heir] = moderators;
  if (heir !== undefined) return `You own it, and ${heir} will own it then. `;
  if (members === 1) {
    return `You own it and are its only member: nobody can change it then. %deletegroup ${group} deletes it. `;
  }
  return `You own it, and nobody will own it then. %owner ${group} <user> hands it over. `;
}

/** A line about who owns a group after its owner has left or stepped down. '' if that does not concern the group. */
export function renderSuccession(
  { group, owner }: { readonly group: string; readonly owner?: string | null | undefined },
  style: Style,
): string {
  if (owner === undefined) return '';
  const now =
    owner === null
      ? `Nobody owns ${style.group(group)} now: only the operator can give it an owner.`
      : `${style.user(owner)} owns ${style.group(group)} now.`;
  return info(now, style);
}
