import { isAbsolute, join } from 'node:path';
import { homeFolder } from '../../chat/home-folder.ts';

/** A file of the client in the XDG config directory; undefined for a user without a home folder. */
export function configFile(
  name: string,
  { XDG_CONFIG_HOME: folder } = process.env,
): string | undefined {
  // The XDG Base Directory Specification says that relative paths are ignored.
  const home = homeFolder();
  const config = folder && isAbsolute(folder) ? folder : home && join(home, '.config');
  return config && join(config, 'corkboard', name);
}
