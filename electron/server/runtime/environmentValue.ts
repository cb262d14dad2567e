/** One variable and where its value comes from. */
export interface EnvironmentValue {
  value: string;
  /** `system`, `project`, `service`, `micro`, or file:line; behind the first two what of the config is in it. */
  origin: string;
  /** Known for a secret by where it comes from; else its name and look decide. */
  secret?: true;
}
