import {
  ExportError,
  type ImportLine,
  type LineOf,
  linePlaces,
} from '../../../board/export-format.ts';

/** The kinds of lines that the first line counts. */
const kinds = [
  'users',
  'groups',
  'directs',
  'blocks',
  'mutes',
  'memberships',
  'messages',
  'deleted',
  'revisions',
  'restrictions',
  'invitations',
  'logged',
  'closed',
  'pins',
  'reports',
] as const;

type Kind = (typeof kinds)[number];

/** The types of lines that version 1 does not have, in words. */
const newTypes: Partial<Record<ImportLine['type'], string>> = {
  direct: 'direct conversations',
  block: 'blocks',
  mute: 'mutes',
  deleted: 'deleted messages',
  restriction: 'restriction lines',
  invitation: 'invitation lines',
  logged: 'logged lines',
  closed: 'closed lines',
  pin: 'pin lines',
  report: 'report lines',
};

/** The fields that version 1 does not have in its types of lines. */
const newFields: Partial<Record<ImportLine['type'], Readonly<Record<string, string>>>> = {
  user: { keys: 'SSH keys', claimedKeys: 'SSH keys' },
  group: {
    access: 'access',
    posting: 'posting',
    replying: 'replying',
    about: 'about',
    createdBy: 'createdBy',
  },
  membership: { role: 'roles' },
};

/** Checks that each line of an export is in its place and of its version, and that there are as many as the first line says. */
export class LineOrder {
  /**
   * @param header the first line, if it was read
   * @param last the type of the last line that was read
   */
  constructor(
    public header: LineOf<'board'> | undefined,
    public last: ImportLine['type'] | undefined,
  ) {}

  /** How many lines the header promises. */
  get expectedLines(): number {
    return 2 + kinds.reduce((sum, kind) => sum + (this.header?.[kind] ?? 0), 0);
  }

  /** Checks the next line. @throws ExportError */
  require(line: ImportLine): void {
    this.requirePlace(line.type);
    if (this.header?.version === 1) requireVersion1(line);
  }

  /** Notes that a line was read. */
  taken(line: ImportLine): void {
    if (line.type === 'board') this.header = line;
    this.last = line.type;
  }

  /** @throws ExportError for a number of a group that the board has not given out */
  requireGroupNumber({ id }: { readonly id: number }): void {
    const most = this.header?.lastGroup ?? 0;
    if (id > most) throw new ExportError(`id: The board says that ${most} is the last one`);
  }

  /** @throws ExportError if there are more or fewer lines than the first one says */
  requireCounts(counts: Readonly<Record<Kind, number>>): void {
    for (const kind of kinds) {
      const said = this.header?.[kind] ?? 0;
      const count = counts[kind];
      if (count !== said) {
        throw new ExportError(`The first line says ${said} ${kind}, and there are ${count}`);
      }
    }
  }

  private requirePlace(type: ImportLine['type']): void {
    const { last } = this;
    if (last === undefined && type !== 'board') {
      throw new ExportError('It is not the first line of an export');
    }
    if (last === 'end') throw new ExportError('It comes after the last line');
    if (last === undefined) return;
    const goesBack = linePlaces[type] < linePlaces[last];
    if (goesBack || type === 'board') throw new ExportError(`A ${type} cannot follow a ${last}`);
  }
}

/** @throws ExportError for a line with something that version 1 does not have */
function requireVersion1(line: ImportLine): void {
  const what = newTypes[line.type];
  if (what) throw new ExportError(`type: Version 1 has no ${what}`);
  for (const [field, what] of Object.entries(newFields[line.type] ?? {})) {
    const value: unknown = line[field as keyof ImportLine];
    const isEmpty = value === undefined || (Array.isArray(value) && value.length === 0);
    if (!isEmpty) throw new ExportError(`${field}: Version 1 has no ${what}`);
  }
}
