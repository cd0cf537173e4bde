RSpec.describe 'sums' do
  it('passes') { expect(1 + 1).to eq(2) }
  it('fails') { expect(1 + 1).to eq(3) }
  xit('is skipped') { expect(1).to eq(2) }
  it('is planned')
  it('fails as wanted') { pending('known'); expect(1).to eq(2) }
  it('passes against all hope') { pending('known'); expect(1).to eq(1) }
  context 'deeper' do
    it("says \"<b>\" & 'it' 🎉") { raise "\e[31mred\e[39m <b> ]]> \x00 end" }
  end
  context 'before each' do
    before { raise 'the hook of each broke' }
    it('is not run') {}
  end
  context 'before all' do
    before(:all) { raise 'the hook broke' }
    it('is not reached') {}
  end
  context 'after all' do
    after(:all) { raise 'the last hook broke' }
    it('passed before') {}
  end
end
