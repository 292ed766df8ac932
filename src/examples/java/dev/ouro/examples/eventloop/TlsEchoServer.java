// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.eventloop;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.examples.Arguments;
import dev.ouro.transport.Protocol;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.SslCipher;
import dev.ouro.transport.SslOptions;
import dev.ouro.transport.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * Sends back, by TLS, what a client sends. To try it:
 *
 * <pre>
 * keytool -genkeypair -keyalg EC -dname CN=localhost -storepass changeit -keystore store.p12
 * java … TlsEchoServer 8888 store.p12 changeit
 * openssl s_client -connect 127.0.0.1:8888
 * </pre>
 */
public final class TlsEchoServer implements Protocol {
  private Transport transport;

  private TlsEchoServer() {}

  @Override
  public void connectionMade(Transport transport) {
    SslCipher cipher = (SslCipher) transport.getExtraInfo("cipher");
    System.out.println("Connection by " + cipher.protocol());
    this.transport = transport;
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    transport.write(data);
  }

  /** Takes the port (0 for any that is free), a PKCS12 key store and its password. */
  public static void main(String[] args) throws IOException, GeneralSecurityException {
    Arguments arguments = new Arguments("TlsEchoServer PORT STORE PASSWORD", args);
    int port = arguments.port("PORT");
    Path store = Path.of(arguments.text("STORE"));
    char[] password = arguments.text("PASSWORD").toCharArray();
    SslOptions ssl = SslOptions.of(context(store, password));
    ServerOptions options = ServerOptions.of("127.0.0.1", port).withSsl(ssl);
    try (EventLoop loop = Asyncio.newEventLoop();
        Server server = loop.runUntilComplete(loop.createServer(TlsEchoServer::new, options))) {
      System.out.println("Serving on " + server.sockets());
      loop.runUntilComplete(server.serveForever());
    }
  }

  private static SSLContext context(Path path, char[] password)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(path)) {
      store.load(in, password);
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, password);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }
}
