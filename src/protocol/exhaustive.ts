/**
 * Belongs in the `default` of a switch that has a case for every value. If a value is added and has no
 * case, the call does not compile. At run time it does nothing.
 */
export function noneLeft(_value: never): void {}
