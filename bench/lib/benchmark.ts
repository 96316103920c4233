/** What a benchmark gets. */
export interface Context {
  readonly runs: number;
  /** Whether to measure small and short. */
  readonly quick: boolean;
  /** The folder for CPU profiles of the boards; undefined for none. */
  readonly profile?: string | undefined;
  /** The folder of boards that are kept from run to run. */
  readonly boards: string;
  /** A temporary folder of this benchmark's own. */
  readonly folder: string;
  /** Shows the progress. */
  note(text: string): void;
}

/** A number per run, by name. */
type Samples = Record<string, number[]>;

/** What a row should reach, and whether it did in the median run. */
export interface Bar {
  readonly says: string;
  readonly ratios?: number[];
  readonly met: boolean;
}

export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly samples: Samples;
  readonly bar?: Bar;
}

/** A chart with an array of samples for each value of x in each line. */
export interface Chart {
  readonly file: string;
  readonly title: string;
  readonly x: { readonly name: string; readonly values: (string | number)[]; readonly bars?: true };
  readonly y: { readonly name: string; readonly log?: true };
  readonly lines: Record<string, number[][]>;
}

export interface Results {
  readonly rows: Row[];
  readonly charts?: Chart[];
}

export interface Benchmark {
  readonly name: string;
  run(context: Context): Promise<Results>;
}
