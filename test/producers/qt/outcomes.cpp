#include <QtTest>

class Sums : public QObject {
  Q_OBJECT
 private slots:
  void passes() { QCOMPARE(1 + 1, 2); }
  void fails() { QVERIFY2(1 + 1 == 3, "says \"<b>\" & 'it' ]]> end"); }
  void isSkipped() { QSKIP("not today"); }
  void failsAsWanted() { QEXPECT_FAIL("", "known", Continue); QCOMPARE(1, 2); }
  void passesAgainstAllHope() { QEXPECT_FAIL("", "known", Continue); QCOMPARE(1, 1); }
  void says_data() {
    QTest::addColumn<QString>("said");
    QTest::newRow("plain") << "plain";
    QTest::newRow("<b> & red") << "red";
  }
  void says() { QFETCH(QString, said); QCOMPARE(said, QString("plain")); }
};
class Hook : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { QVERIFY2(false, "the hook broke"); }
  void isNotReached() {}
};
int main(int argc, char **argv) {
  QCoreApplication app(argc, argv);
  if (qEnvironmentVariableIsSet("HOOK")) { Hook hook; return QTest::qExec(&hook, argc, argv); }
  Sums sums;
  return QTest::qExec(&sums, argc, argv);
}
#include "outcomes.moc"
