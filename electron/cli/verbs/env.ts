import { envActions } from '../envActions.ts';
import type { EnvOptions } from '../envOptions.ts';
import { addExamples } from '../program.ts';
import { chooseAction } from '../verbActions.ts';
import type { Verb } from '../verb.ts';

/** `micro env`: the servers that commands can work on, and which one they mean. */
export const envVerb: Verb = {
  configure(command) {
    command
      .argument('[action]', 'list, get, set, add, change, del, stop, test or fingerprint', 'list')
      .argument('[words...]', 'NAME; add: NAME ADDRESS, or NAME alone with --kubernetes; fingerprint: ADDRESS')
      .usage(
        '[list]\n       micro env get [NAME]\n       micro env set NAME\n       micro env add NAME ADDRESS [options]' +
          '\n       micro env add NAME --kubernetes [CONTEXT] [options]' +
          '\n       micro env change NAME [options]\n       micro env del NAME\n       micro env stop NAME\n       micro env test [NAME]' +
          '\n       micro env fingerprint ADDRESS',
      )
      .option('--ca <file>', 'add, change: certificate (PEM) of who signed that of the server')
      .option('--fingerprint <sha256>', 'add, change: the one certificate that is taken, whoever signed it')
      .option('--trust', 'add: take the certificate that the server shows now, without being asked')
      .option('--insecure', 'add: an address without TLS, where the way is protected otherwise')
      .option('--unchecked', 'add: do not try to reach it now')
      .option('--colour <name>', 'add, change: green, blue, violet, pink, teal, amber or red')
      .option(
        '--namespace <name>',
        'add, change: where state is read and written (default: micro); of a cluster: where services run',
      )
      .option(
        '--kubernetes [context]',
        'add: a cluster of the kubeconfig in place of an address (default: the current one)',
      )
      .option('--kubeconfig <file>', 'of a cluster: file with the context (default: KUBECONFIG or ~/.kube/config)')
      .option('--image-prefix <registry/path>', 'of a cluster: where images that are built here are pushed to')
      .option(
        '--advertise <host:port>',
        'of a cluster: where pods reach this port of this machine, for store and events',
      )
      .option('--account <id>', 'add: log in with it at once; its secret is asked for');
    addExamples(command, [
      ['micro env', 'all of them; * stands at the one that commands mean'],
      ['micro env add staging micro.example.com:8443', 'one more; its certificate is checked'],
      ['micro env add lab 10.0.0.7:8443 --ca ca.pem', 'with a certificate of your own'],
      [
        'micro env add lab --kubernetes minikube --namespace shop',
        'a namespace of a cluster; its server runs on this machine',
      ],
      ['micro env get lab', 'all of it, and what is not possible there'],
      ['micro env stop lab', 'end the server here that works for it; services there go on'],
      ['micro auth login ann --environment staging', 'log in there'],
      ['micro env test staging', 'each step on the way to it'],
      ['micro status -e staging', 'one command there'],
      ['micro env set staging', 'all further commands there'],
    ]);
  },
  run(context, args, options) {
    const text = (name: string): string | undefined =>
      typeof options[name] === 'string' ? (options[name] as string) : undefined;
    const given: EnvOptions = {
      ca: text('ca'),
      fingerprint: text('fingerprint'),
      trust: options['trust'] === true,
      insecure: options['insecure'] === true,
      unchecked: options['unchecked'] === true,
      colour: text('colour'),
      namespace: text('namespace'),
      account: text('account'),
      kubernetes: options['kubernetes'] === true ? true : text('kubernetes'),
      kubeconfig: text('kubeconfig'),
      imagePrefix: text('imagePrefix'),
      advertise: text('advertise'),
    };
    const words = args.length === 0 ? ['list'] : args;
    return chooseAction('env', envActions, words, options).run(context, words.slice(1), given);
  },
};
