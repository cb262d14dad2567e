import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A service that says its language on its port, in a few lines of that language. */
export interface LanguageProject {
  /** How micro.yaml starts it, and builds it where it has to be. */
  run: string;
  build?: string;
  files: Record<string, string>;
}

/** One for each language that there is a recipe for. */
export const languageProjects: Readonly<Record<'Node' | 'Python' | 'Go' | 'Java', LanguageProject>> = {
  Node: {
    run: 'node main.mjs',
    files: {
      'main.mjs': `import { createServer } from 'node:http';
createServer((request, response) => response.end('Node')).listen(process.env.PORT, process.env.MICRO_LISTEN);
`,
      'package.json': '{ "name": "node-service", "version": "1.0.0", "private": true }',
    },
  },
  Python: {
    run: 'python3 main.py',
    files: {
      'main.py': `import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'Python')
http.server.HTTPServer((os.environ['MICRO_LISTEN'], int(os.environ['PORT'])), Handler).serve_forever()
`,
    },
  },
  Go: {
    run: 'go run .',
    files: {
      // Without net/http, which takes a loaded machine minutes to compile.
      'main.go': `package main
import ("net"; "os")
func main() {
  listener, err := net.Listen("tcp", os.Getenv("MICRO_LISTEN") + ":" + os.Getenv("PORT"))
  if err != nil { panic(err) }
  for {
    connection, err := listener.Accept()
    if err != nil { panic(err) }
    connection.Read(make([]byte, 4096))
    connection.Write([]byte("HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nGo"))
    connection.Close()
  }
}
`,
      'go.mod': 'module example.test/service\n\ngo 1.19\n',
    },
  },
  Java: {
    run: 'java -cp out Main',
    build: 'javac -d out Main.java',
    files: {
      'Main.java': `import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
public class Main {
  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(System.getenv("PORT"));
    HttpServer server = HttpServer.create(new InetSocketAddress(System.getenv("MICRO_LISTEN"), port), 0);
    server.createContext("/", exchange -> {
      byte[] body = "Java".getBytes();
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    server.start();
  }
}
`,
    },
  },
};

/** Writes files below a folder, with the folders between. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}
