import { type Exporter, maybe } from './metric-kinds.ts';
import type { Holdings } from './sources.ts';

type Moderation = Holdings['moderation'];

/** @param read undefined if the database cannot be read */
export function addModeration(exporter: Exporter, read: () => Moderation | undefined): void {
  const labelled: [
    name: string,
    help: string,
    label: string,
    values: [string, keyof Moderation][],
  ][] = [
    [
      'groups_by_access',
      'Groups by who can join.',
      'access',
      [
        ['open', 'openGroups'],
        ['invite', 'inviteGroups'],
        ['secret', 'secretGroups'],
      ],
    ],
    [
      'roles',
      'Members with a role in a group.',
      'role',
      [
        ['owner', 'owners'],
        ['moderator', 'moderators'],
      ],
    ],
    [
      'restrictions',
      'Users who cannot join a group, or cannot write in it.',
      'kind',
      [
        ['barred', 'barred'],
        ['silenced', 'silenced'],
      ],
    ],
  ];
  for (const [name, help, label, values] of labelled) {
    exporter.gauge(name, help, [label], () => {
      const counts = read();
      return counts ? values.map(([value, of]) => [{ [label]: value }, counts[of]]) : [];
    });
  }
  const single: [name: string, help: string, of: keyof Moderation][] = [
    ['groups_without_owner', 'Groups of users that have lost their owner.', 'withoutOwner'],
    ['invitations', 'Invitations and codes that are open.', 'invitations'],
    ['reports', 'Reports of messages that are open.', 'reports'],
  ];
  for (const [name, help, of] of single) exporter.gauge(name, help, [], () => maybe(read()?.[of]));
}
