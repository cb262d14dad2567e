import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/** Makes a drink: asks the menu how long it takes, and takes so long. */
public class Main {
    private static final Pattern SECONDS = Pattern.compile("\"seconds\": *([0-9.]+)");
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final AtomicInteger MADE = new AtomicInteger();

    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv("PORT"));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.createContext("/make", Main::make);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.start();
        System.out.println("the machine is warm");
    }

    private static void make(HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        String drink = query == null ? "" : query.replaceFirst("^drink=", "").replaceAll("[^a-z]", "");
        String trace = exchange.getRequestHeaders().getFirst("traceparent");
        try {
            HttpRequest.Builder ask = HttpRequest.newBuilder(URI.create(System.getenv("MICRO_URL_MENU") + "/drinks/" + drink));
            if (trace != null) ask.header("traceparent", trace);
            HttpResponse<String> recipe = CLIENT.send(ask.build(), HttpResponse.BodyHandlers.ofString());
            var seconds = SECONDS.matcher(recipe.body());
            if (recipe.statusCode() != 200 || !seconds.find()) {
                answer(exchange, 404, "{\"error\": \"no recipe for '" + drink + "'\"}\n");
                return;
            }
            Thread.sleep((long) (Double.parseDouble(seconds.group(1)) * 1000));
            System.out.println("made " + drink);
            answer(exchange, 200, "{\"drink\": \"" + drink + "\", \"number\": " + MADE.incrementAndGet() + "}\n");
        } catch (IOException | InterruptedException error) {
            System.err.println("ERROR " + error);
            answer(exchange, 502, "{\"error\": \"the menu does not answer\"}\n");
        }
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
