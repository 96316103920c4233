import { InvalidArgumentError } from 'commander';
import { Network } from '../../../board/addresses.ts';

/** An address or a network as an argument. @throws InvalidArgumentError */
export function networkArgument(text: string): Network {
  const network = Network.parse(text);
  if (network) return network;
  throw new InvalidArgumentError(
    'It takes an address or a network, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.',
  );
}
