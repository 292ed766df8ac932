// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.server;

import dev.ouro.benchmarks.harness.ServerProcess;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadFactory;

/** Sends without end, by TLS on Netty, with the engine of the JDK. */
public final class NettyTls {
  private static final int LOW_BYTES = 128 * 1024;
  private static final int HIGH_BYTES = 512 * 1024;

  private NettyTls() {}

  /** Takes the path of the key store. */
  public static void main(String[] arguments) throws Exception {
    SslContext context =
        SslContextBuilder.forServer(new TlsIdentity(Path.of(arguments[0])).keys())
            .sslProvider(SslProvider.JDK)
            .protocols(TlsIdentity.PROTOCOL)
            .ciphers(List.of(TlsIdentity.CIPHER_SUITE))
            .build();
    Control.serve(() -> run(context));
  }

  /** The group's one thread gets the name that the harness looks for. */
  private static void run(SslContext context) throws Exception {
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    Class<? extends ServerChannel> type =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    Thread.currentThread().setName("main-loop");
    ThreadFactory threads = Thread.ofPlatform().name(ServerProcess.LOOP_THREAD).factory();
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, threads, io);
    Channel channel =
        new ServerBootstrap()
            .group(group)
            .channel(type)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(LOW_BYTES, HIGH_BYTES))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel made) {
                    made.pipeline().addLast(context.newHandler(made.alloc()), new Sending());
                  }
                })
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
    System.out.println("engine " + (epoll ? "epoll" : "NIO"));
    Control.listening(((InetSocketAddress) channel.localAddress()).getPort());
    channel.closeFuture().sync();
  }

  /** Writes block after block, as long as the channel is writable. */
  private static final class Sending extends ChannelInboundHandlerAdapter {
    private static final int BLOCKS_PER_TURN = 16;

    private final ByteBuf block =
        Unpooled.unreleasableBuffer(
            Unpooled.directBuffer(TlsIdentity.BLOCK_BYTES).writeZero(TlsIdentity.BLOCK_BYTES));

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
        fill(context);
      }
    }

    private void fill(ChannelHandlerContext context) {
      Channel channel = context.channel();
      for (int i = 0; i < BLOCKS_PER_TURN && channel.isWritable() && channel.isActive(); i++) {
        context.writeAndFlush(block.duplicate(), context.voidPromise());
        Control.echoed(TlsIdentity.BLOCK_BYTES);
      }
      if (channel.isWritable() && channel.isActive()) {
        context.executor().execute(() -> fill(context));
      }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      if (context.channel().isWritable()) {
        context.executor().execute(() -> fill(context));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
