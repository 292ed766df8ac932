// SPDX-License-Identifier: Apache-2.0
package dev.ouro.conformance;

import dev.ouro.EventLoop;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Lets every call through to a loop of Ouro, and counts it. */
public final class CountedLoop implements InvocationHandler {
  private static final Map<String, LongAdder> CALLS = new ConcurrentHashMap<>();

  static {
    for (Method method : EventLoop.class.getMethods()) {
      CALLS.put(method.getName(), new LongAdder());
    }
  }

  private final EventLoop loop;

  private CountedLoop(EventLoop loop) {
    this.loop = loop;
  }

  /** {@code loop}, counted. */
  public static EventLoop of(EventLoop loop) {
    return (EventLoop)
        Proxy.newProxyInstance(
            CountedLoop.class.getClassLoader(),
            new Class<?>[] {EventLoop.class},
            new CountedLoop(loop));
  }

  /** The loop behind a counted one. */
  public static EventLoop behind(EventLoop counted) {
    return ((CountedLoop) Proxy.getInvocationHandler(counted)).loop;
  }

  /** Every method of {@link EventLoop}, with how often any loop was asked for it. */
  public static Map<String, Long> calls() {
    Map<String, Long> counts = new TreeMap<>();
    CALLS.forEach((name, count) -> counts.put(name, count.sum()));
    return counts;
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    LongAdder count = CALLS.get(method.getName());
    if (count != null) {
      count.increment();
    }
    try {
      return method.invoke(loop, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
