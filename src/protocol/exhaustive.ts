/**
 * For the `default` of a switch. `T`: the values that may reach the `default`. If another value is added and has no case, the
 * call does not compile. At run time it does nothing.
 */
export function onlyLeft<T>(_value: T): void {}

/** The same, for a switch that has a case for every value. */
export const noneLeft = onlyLeft<never>;
