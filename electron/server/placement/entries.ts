import { z } from 'zod';

const member = z.object({
  id: z.string().min(1),
  name: z.string().min(1),
  host: z.string(),
  version: z.string(),
  since: z.number(),
});
/** A server of an environment, as it says of itself. `host` is where others reach its services; `since` ms since 1970. */
export type Member = z.infer<typeof member>;

const claim = z.object({ server: z.string().min(1), since: z.number() });
/** Who runs a project, since when (ms since 1970). */
export type Claim = z.infer<typeof claim>;

const archive = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  parts: z.number().int().min(1),
  bytes: z.number().int().min(0),
});
/** A project as it was sent, in the store that all servers share. */
export type Archive = z.infer<typeof archive>;

const projectRecord = z.object({
  /** Name of the upload, which is that of its folder on each server. */
  upload: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  archive,
  /** Names of its services that may run on any server, and of those of them that are to run. */
  services: z.array(z.string()),
  wanted: z.array(z.string()),
});
/** What any server needs to run a project. */
export type ProjectRecord = z.infer<typeof projectRecord>;

/** What a value says; undefined when another version, or somebody else, wrote something else. */
export const decode = {
  member: (text: string): Member | undefined => parse(member, text),
  claim: (text: string): Claim | undefined => parse(claim, text),
  project: (text: string): ProjectRecord | undefined => parse(projectRecord, text),
  archive: (text: string): Archive | undefined => parse(archive, text),
};

function parse<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
