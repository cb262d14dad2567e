import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { freePort } from './freePort.ts';
import { waitFor } from './waitFor.ts';
import net from 'node:net';

/** Where nginx of this version is installed; undefined when it is not. */
export function findNginx(version: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders
    .map((folder) => join(folder, 'nginx'))
    .find((file) => spawnSync(file, ['-v'], { encoding: 'utf8' }).stderr?.includes(`nginx/${version}`));
}

/** Starts nginx in front of a service, which then sees `/svc` in its paths; resolves with the port and how to stop it. */
export async function startNginx(
  program: string,
  folder: string,
  servicePort: number,
): Promise<{ port: number; stop: () => Promise<void> }> {
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  await writeFile(
    file,
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 256; }
http {
  access_log off; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f;
  uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s; merge_slashes off; large_client_header_buffers 8 64k;
  upstream up { server 127.0.0.1:${servicePort}; keepalive 8; }
  server {
    listen 127.0.0.1:${port};
    location / { return 404; }
    location /svc { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_request_buffering off; proxy_buffering off; client_max_body_size 0; }
  }
}
`,
  );
  const child: ChildProcess = spawn(program, ['-c', file, '-p', folder], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  await waitFor('nginx listens', async () => {
    const socket = net.connect(port, '127.0.0.1');
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    return isOpen;
  });
  return {
    port,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
