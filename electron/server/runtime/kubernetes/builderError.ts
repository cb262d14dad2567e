import { MicroError } from '../../../../shared/contract/errors.ts';

/** What failed, in the words of its message. */
export interface FailedRun {
  service: string;
  /** docker, podman, buildah, kind, … */
  program: string;
  doing: 'build' | 'push' | 'load';
  /** Image that was built, pushed or loaded. */
  image: string;
  output: string;
}

/** Lines of the output that the message has; the log has more. */
const saidLines = 3;

/** What a builder, or who hands over its image, means by the end of its output, as an error of the catalogue. */
export function builderError(run: FailedRun): MicroError {
  const lines = plain(run.output);
  const text = lines.join('\n');
  const last = lines.slice(-saidLines).join(' / ') || 'it said nothing';
  const { service, program, image } = run;
  if (/no space left on device|disk quota exceeded|ENOSPC/i.test(text)) {
    return new MicroError(
      'image.no-space',
      `${service}: there is no space left where ${program} keeps its images: ${last}`,
      {
        next: `Take away what is not used any more: ${program === 'buildah' ? 'buildah prune' : `${program} system prune`}.`,
      },
    );
  }
  if (run.doing === 'build') return buildError(run, lines, last);
  const registry = image.split('/')[0] as string;
  if (run.doing === 'push' && /unauthorized|authentication required|denied|no basic auth|forbidden/i.test(text)) {
    return new MicroError('image.denied', `${registry} does not take ${image} from ${program}: ${last}`, {
      next: `Log in as somebody who may write there: ${program} login ${registry}.`,
    });
  }
  if (run.doing === 'push' && /server gave HTTP response to HTTPS client/i.test(text)) {
    return new MicroError('image.unreachable', `the registry ${registry} speaks no TLS: ${last}`, {
      next: `Say that this is meant, in the settings of ${program} (insecure registries).`,
    });
  }
  if (run.doing === 'push' && isNetwork(text)) {
    return new MicroError('image.unreachable', `the registry ${registry} cannot be reached: ${last}`, {
      next: 'Check --image-prefix, the network, and whether the registry runs.',
      retryable: true,
    });
  }
  const words = run.doing === 'push' ? 'pushing' : 'loading';
  return new MicroError('image.failed', `${words} the image of ${service} with ${program} failed: ${last}`, {
    next: `Everything that it said is in its log: micro logs ${service}.`,
  });
}

function buildError({ service, program, output }: FailedRun, lines: string[], last: string): MicroError {
  const step = lastStep(lines);
  const base = /\bFROM\s+(?:--\S+\s+)*(\S+)/i.exec(step?.text ?? '')?.[1] ?? pulledImage(output);
  if (base !== undefined) {
    return new MicroError(
      'image.no-base',
      `${service}: the image ${base}, which its own is built on, is not to be had: ${last}`,
      {
        next: `See whether it comes by hand: ${program === 'docker' ? 'docker' : program} pull ${base}. It needs the network, or a log-in.`,
        retryable: true,
      },
    );
  }
  const where = step === undefined ? '' : ` at step ${step.number} (${step.text})`;
  return new MicroError('image.failed', `building the image of ${service} with ${program} failed${where}: ${last}`, {
    next: `Everything that it said is in its log: micro logs ${service}.`,
  });
}

/** The last step that began: `STEP 4/7: RUN npm ci` of podman and buildah, `#8 [build 4/7] RUN npm ci` of docker. */
function lastStep(lines: readonly string[]): { number: string; text: string } | undefined {
  for (const line of [...lines].reverse()) {
    const found =
      /^(?:\[\d+\/\d+\] )?STEP (\d+\/\d+): (.+)$/.exec(line) ?? /^#\d+ (?:\[[\w-]+ )?\[?(\d+\/\d+)\] (.+)$/.exec(line);
    if (found) return { number: found[1] as string, text: (found[2] as string).slice(0, 120) };
  }
  return undefined;
}

/** Docker asks for images before it begins with steps. */
function pulledImage(output: string): string | undefined {
  return /(?:failed to resolve source metadata for|pull access denied for|manifest for) ([^\s:]+(?::[\w][\w.-]*)?)/.exec(
    output,
  )?.[1];
}

function isNetwork(text: string): boolean {
  return /connection refused|no such host|i\/o timeout|network is unreachable|server misbehaving|TLS handshake|x509:/i.test(
    text,
  );
}

function plain(output: string): string[] {
  return (
    output
      // biome-ignore lint: the escape character is what ANSI sequences begin with
      .replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, '')
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '')
  );
}
